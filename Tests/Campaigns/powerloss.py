#!/usr/bin/env python3
"""Power loss at random moments: only what was synced is sure to be there, and of what was written since any sectors.

Whatever was acknowledged is there after the restart and ends with the SHA-256 of an undisturbed run.
"""

import shutil

from campaign.command import Campaign
from campaign.life import Lives
from campaign.preload import build
from campaign.volatile_disk import MEMORY, PoweredVictim

if __name__ == "__main__":
    campaign = Campaign("powerloss", __doc__, rounds=1_000, plants=["lying-sync"])
    if not MEMORY.is_dir():
        campaign.unable("there is no /dev/shm")
    PoweredVictim.library = build("volatile_disk", campaign.folder)
    PoweredVictim.lies = campaign.plant == "lying-sync"
    disk = MEMORY / campaign.folder.name
    disk.mkdir()
    lives = Lives(campaign, crash=PoweredVictim.lose_power, victim=PoweredVictim, folder=disk, rounds=3)
    campaign.lanes(2, lives.round)
    lives.end()
    shutil.move(disk, campaign.folder)
    campaign.end()
