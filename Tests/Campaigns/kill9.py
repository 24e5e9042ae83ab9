#!/usr/bin/env python3
"""kill -9, and now and then SIGTERM, at random moments of everything a server does.

Whatever was acknowledged is there after the restart and ends with the SHA-256 of an undisturbed run; events have no gaps, ends never change,
what was deleted stays deleted, and a request that was not answered makes one thing when it is sent again.
"""

from campaign.command import Campaign
from campaign.life import Lives
from campaign.planted import PLANTS
from campaign.victim import Victim

if __name__ == "__main__":
    campaign = Campaign("kill9", __doc__, rounds=1_000, plants=list(PLANTS), stop_seconds=(10.0, "within how many seconds SIGTERM must end the server"))
    Victim.stop_seconds = campaign.options.stop_seconds
    lives = Lives(campaign, plant=PLANTS.get(campaign.plant))
    campaign.lanes(2, lives.round)
    lives.end()
    campaign.end()
