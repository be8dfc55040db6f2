"""The shared base of all registers: how a register is described, and everything that follows from its description."""
