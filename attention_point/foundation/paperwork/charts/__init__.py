"""Charts, drawn once and written as SVG, PNG or into a PDF."""
