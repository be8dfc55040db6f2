"""The description of a register as data, and how its values are parsed and formatted."""
