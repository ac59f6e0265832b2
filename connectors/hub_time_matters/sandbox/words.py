"""What a made-up firm writes into Time Matters; nobody of these names is meant."""

STAFF = (
    ("JAD", "Jane", "A", "Doyle"),
    ("RV", "Rosa", "", "Vance"),
    ("KL", "Kim", "", "Lee"),
    ("TM", "Tom", "B", "Marsh"),
)
PEOPLE = (
    *(("Ada", "L", "Winter"), ("Ben", "", "Ortega"), ("Cleo", "M", "Fischer"), ("Dan", "", "Okafor")),
    *(("Eva", "", "Lindgren"), ("Finn", "J", "Moreau"), ("Gil", "", "Santos"), ("Hana", "", "Novak")),
)
ORGANISATIONS = (
    "Harbor Freightways Inc.",
    "Müller & Söhne GmbH",
    "Cedar Point Partners",
    "O'Neil Foods, LLC",
)
CLASSIFICATIONS = ("LIT", "EST", "COR")
"""Of matters."""
CLIENT, OTHER = "CLIENT", "ADVERSE"
"""Classifications of contacts."""
MATTER_ID_SLOTS = {"LIT": "mat1_01_07", "EST": "mat1_01_03"}
"""Where matters of each classification have the client's own id for them."""
WORK = (
    'Draft answer to complaint; confer with "Expert"',
    "Review lease, exhibits and side letters",
    "Telephone call with opposing counsel,\r\nre: settlement",
    "Prepare will and power of attorney",
)
COSTS = ("Filing fee", "Courier", "Copies of exhibits")
ACTIVITIES = ("DRAFT", "REVIEW", "TEL")
COST_CODES = ("FILING", "COPIES")
