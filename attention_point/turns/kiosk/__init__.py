"""The kiosk: the tablet at the entrance where visitors take their turn themselves."""
