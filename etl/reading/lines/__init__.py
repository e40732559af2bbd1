"""What each line of an extract is: data, a summary, a note, a repeated header, or a record that is broken."""
