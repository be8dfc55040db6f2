"""Files that somebody opens for a stated reason, who sees what is confidential."""
