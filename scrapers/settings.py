"""Scrapy settings: what every spider obeys.

Belongs here: politeness, limits, the order of middlewares, and the landing format. Does not belong
here: anything that differs by platform (the spiders), or that a run decides (given with `-s`).
"""

BOT_NAME = "hiring-signal"
SPIDER_MODULES = ["scrapers.spiders"]
NEWSPIDER_MODULE = "scrapers.spiders"

# An honest name with a way to reach us; set CONTACT to an address of yours before going live.
CONTACT = "https://github.com/hiring-signal/hiring-signal"
USER_AGENT = f"hiring-signal/0.1 (+{CONTACT})"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "hiring-signal"

CONCURRENT_REQUESTS = 8
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0

DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 256 * 1024 * 1024
DOWNLOAD_WARNSIZE = 64 * 1024 * 1024
DOWNLOAD_VERIFY_CERTIFICATES = True
RETRY_TIMES = 2
RETRY_HTTP_CODES = [500, 502, 503, 504, 408, 429]
REDIRECT_MAX_TIMES = 3
METAREFRESH_ENABLED = False

# A status is an observation: the spiders see every answer and say what it means.
HTTPERROR_ALLOW_ALL = True
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
# It would serve an interpreter on a port of this machine.
REMOTE_CONTROL_ENABLED = False
LOG_LEVEL = "WARNING"

ADDONS = {
    "scrapers.origins.OriginsAddon": 100,
    "scrapers.archive.ArchiveAddon": 200,
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapers.politeness.RobotsMiddleware": 100,
    # Nearest the network but for the archive, so that it sees every answer, redirects too.
    "scrapers.politeness.RetryAfterMiddleware": 940,
}
FEED_EXPORTERS = {"jsonl": "scrapers.export.LandingExporter"}
FEED_EXPORT_ENCODING = "utf-8"

# Given by a run: where board lists are read (None: the shipped ones), where responses are recorded
# (None: not at all), where they are replayed from (None: asked live), what is known of earlier
# observations (a JSON file), and which origins are served elsewhere (a YAML file).
BOARDS_DIR = None
RECORD_DIR = None
REPLAY_DIR = None
KNOWN_FILE = None
ORIGINS_FILE = None
