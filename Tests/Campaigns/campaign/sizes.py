"""How large each campaign is, and what was planted to see that it can find something."""

# Name → its options at full size, in small (None where another test is that), and with each planted fault. Those that are not
# "tested" need a build of their own: `make campaign` alone runs them. Times are not judged where other tests run beside.
# By its sign a violation is known as the planted one, where something else could go wrong as well.
SIZES = {
    "kill9": {
        "full": ["--rounds", "1000"], "ci": ["--rounds", "30", "--stop-seconds", "60"],
        "planted": {
            "wrong-bits": ["--rounds", "20"], **{plant: ["--rounds", "8"] for plant in ("lost-writes", "forgotten-keys", "missing-event", "changed-end")}}},
    "powerloss": {"full": ["--rounds", "1000"], "ci": ["--rounds", "15"], "planted": {"lying-sync": ["--rounds", "6"]}},
    "faults": {"full": [], "ci": ["--rounds", "24"], "planted": {"deaf": ["--rounds", "8", "--scenarios", "submit finish"]}},
    "fulldisk": {"full": ["--rounds", "100"], "ci": ["--rounds", "3"], "planted": {"deaf": ["--rounds", "4"]}},
    "idempotency": {"full": ["--rounds", "10000"], "ci": ["--rounds", "200"], "planted": {"ignored-keys": ["--rounds", "10"]}},
    "streams": {
        "full": ["--rounds", "1000"], "ci": ["--rounds", "30"], "signs": {"lost-event": ": heard [1, ", "unheard-resumption": "queued', 'queued'"},
        "planted": {plant: ["--rounds", "10"] for plant in ("unheard-resumption", "lost-event")}},
    "overload": {
        "full": ["--seconds", "600"], "ci": ["--seconds", "30", "--refused-ms", "0"], "planted": {"no-limit": ["--seconds", "8", "--refused-ms", "0"]}},
    "soak": {
        "full": ["--seconds", "7200"], "ci": ["--seconds", "120", "--times", "0"], "planted": {"leak": ["--seconds", "15", "--times", "0"]}},
    "schemathesis": {"full": ["--rounds", "50000"], "ci": None, "planted": {"other-word": ["--rounds", "50"]}},
    # Their small sizes and planted faults are in test_campaigns_http.py.
    "malformed_requests": {"full": ["--rounds", "1000000"], "ci": None, "planted": {}},
    "slow_clients": {"full": ["--connections", "500"], "ci": None, "planted": {}},
    "fuzz": {"tested": False, "full": ["--seconds", "3600"], "ci": ["--seconds", "60"], "planted": {"overread": ["--seconds", "60"]}},
}
