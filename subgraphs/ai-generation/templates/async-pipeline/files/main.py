import asyncio

from pipeline import run_pipeline

# Jobs, and the seconds each takes.
JOBS = {"alpha": 0.02, "beta": 0.01, "slow": 5.0, "gamma": 0.01}

running = 0
most_at_once = 0


async def measure(name: str) -> int:
    global running, most_at_once
    running += 1
    most_at_once = max(most_at_once, running)
    try:
        await asyncio.sleep(JOBS[name])
        return len(name)
    finally:
        running -= 1


async def main() -> None:
    print("{{title}}")
    for outcome in await run_pipeline(JOBS, measure, workers=2, timeout_seconds=0.2):
        if outcome.timed_out:
            print(f"timeout  {outcome.item}")
        else:
            print(f"ok       {outcome.item:<8}{outcome.result}")
    print(f"most at once: {most_at_once}")


if __name__ == "__main__":
    asyncio.run(main())
