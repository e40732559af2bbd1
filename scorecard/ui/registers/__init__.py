"""登记: registers that people keep here, by a form generated from each contract."""
