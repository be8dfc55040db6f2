"""What is written anew when a key of the keyring is rotated: the keys of people, and records of an older form."""
