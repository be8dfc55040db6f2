"""The page of the system: what an administrator must know of the installation, and what she must do now."""
