"""The assessment in Chinese sentences: formulas, signals, exceptions, provenance, glossary."""
