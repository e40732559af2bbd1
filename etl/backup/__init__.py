"""Backup and recovery of a data folder: every file by its content, once; a manifest for each backup."""
