"""The ASGI server around the framework: security middleware, sign-in, start-up."""
