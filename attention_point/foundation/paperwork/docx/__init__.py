"""Reports as DOCX."""
