"""From batches to one warehouse file: load, cubes, roll-up, data faults, worklist items. Pure: equal inputs, equal content."""
