"""The pages that correct and annul, their forms, and the decisions that they ask for."""
