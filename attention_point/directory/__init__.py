"""The directory: entities, their services, what each service asks for, and on which days each row is in force."""
