"""Overview, domains, case list, glossary."""
