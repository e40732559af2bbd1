"""Upload, examination, impact, publication, versions."""
