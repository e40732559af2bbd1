"""A value against its target, its history and its data: verdict, control chart, comparison, card."""
