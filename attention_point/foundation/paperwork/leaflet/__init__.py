"""The leaflet about one need: a page for everybody, to hang up and to hand out."""
