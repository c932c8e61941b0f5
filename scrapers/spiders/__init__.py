"""One spider per platform; Scrapy finds them here."""
