"""What each line of an extract is: data, a summary, a note, a repeated header, a broken record, or a copy of another line."""
