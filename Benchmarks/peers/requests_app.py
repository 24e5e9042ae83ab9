"""The smallest FastAPI application: one document, as most people would answer it."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/livez")
async def livez():
    return {"status": "ok"}
