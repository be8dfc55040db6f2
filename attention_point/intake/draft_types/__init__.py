"""The types of a draft's fields: what each may hold, and how it comes into one spelling."""
