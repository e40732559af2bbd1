"""Registers kept here: whose rows somebody may enter, and which rows there are, published or waiting."""
