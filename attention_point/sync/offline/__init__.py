"""The pages that a tablet keeps and shows without network, and the service worker that keeps them."""
