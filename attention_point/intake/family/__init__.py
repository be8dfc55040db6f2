"""People who came together: how their visits are linked, and who authorises for a child among them."""
