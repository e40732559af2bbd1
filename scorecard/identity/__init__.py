"""Who is signed in: local accounts, reverse proxy, OpenID Connect. No Streamlit, no web framework."""
