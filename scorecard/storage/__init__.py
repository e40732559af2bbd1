"""The data folder: its layout, files that are whole or absent, spreadsheet-safe CSV, file names. Knows no indicator."""
