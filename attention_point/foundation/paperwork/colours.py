"""The colours of every paper and chart, as hexadecimal RGB: the palette that GOV.CO gives to public bodies."""

COBALT = "#0943B5"
YELLOW = "#FECC2F"
BLACK = "#000000"
WHITE = "#FFFFFF"
GREY = "#4C4C4C"
LINE_COLOUR = "#B8C4DC"
BACKGROUND_COLOUR = "#E5ECF8"
# From few to many, each light enough for black letters.
SHADE_COLOURS = ("#EEF3FC", "#D3E0F7", "#B0C8F0", "#8BADE8")
# Only HTML pages have these two: the stripes of a table, and the mark of a demonstration.
STRIPE_COLOUR = "#F3F6FC"
WARNING_COLOUR = "#A80521"
