"""Items: the appointments of a `rest` agenda, as applications write and read them."""
