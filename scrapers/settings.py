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
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024
DOWNLOAD_WARNSIZE = 48 * 1024 * 1024
DOWNLOAD_VERIFY_CERTIFICATES = True
# An address that is too long for Scrapy's default would vanish without a word.
URLLENGTH_LIMIT = 20_000
RETRY_TIMES = 2
# Doubles with each failure in a row.
RETRY_BACK_OFF_S = 2.0
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
EXTENSIONS = {"scrapers.heartbeat.Heartbeat": 500}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapers.politeness.RobotsMiddleware": 100,
    # Nearest the network but for the archive, so that it sees every answer, redirects too.
    "scrapers.politeness.PaceMiddleware": 940,
    # Behind the archive: what it answers costs nobody anything.
    "scrapers.politeness.BudgetMiddleware": 960,
}
# Requests per source and run, retries and robots.txt included.
REQUEST_BUDGET = 2_000
REQUEST_BUDGETS = {
    "himalayas": 6_000,
    "jobposting": 6_000,
    "smartrecruiters": 4_000,
    "workday": 6_000,
}

FEED_EXPORTERS = {"jsonl": "scrapers.export.LandingExporter"}
ITEM_PIPELINES = {"scrapers.export.RedactPipeline": 100}
SPIDER_MIDDLEWARES = {"scrapers.export.BatchMiddleware": 100}
# Landing lines that are passed on together.
BATCH_LINES = 500
# Processes that read answers beside the crawl; worth it only where no delay slows the crawl down.
READERS = 0
# Scrapy starts as many tasks for each response.
CONCURRENT_ITEMS = 1
FEED_EXPORT_ENCODING = "utf-8"

# Given by a run: where board lists are read (None: the shipped ones), where responses are recorded
# (None: not at all), since when what was recorded answers instead of the source (None: never),
# whether each board is asked only once and not read through, where responses are replayed from
# (None: asked live), what is known of earlier observations (a JSON file), which origins are served
# elsewhere (a YAML file), and where the number of answers so far is written (None: nowhere).
BOARDS_DIR = None
RECORD_DIR = None
RESUME_SINCE = None
CHECK_ONLY = False
REPLAY_DIR = None
KNOWN_FILE = None
ORIGINS_FILE = None
PROGRESS_FILE = None
