"""Published versions, read-only: values, evidence rows, worklist rows, registers."""
