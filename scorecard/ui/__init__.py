"""The screen: pages' building blocks in Streamlit, and the server around it."""
