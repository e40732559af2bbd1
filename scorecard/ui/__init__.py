"""The screen: the only package here that imports Streamlit. Frame, what is chosen, cards, tables, forms."""
