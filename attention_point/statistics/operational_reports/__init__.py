"""Reports with exact figures for partners under an agreement of their own: never public (decision 49)."""
