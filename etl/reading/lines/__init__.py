"""What each line of an extract is: data, a summary, a note, or a record that is broken, too short or too wide."""
