"""What a released month, quarter or year says on paper, in a workbook and on a page, for those who read it."""
