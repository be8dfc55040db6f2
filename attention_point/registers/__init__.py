"""The office's registers: what it keeps of its other lines, one package a register over a small shared base."""
