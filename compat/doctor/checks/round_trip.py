"""Round trip: each backend saves one second of audio, reads its header, and loads it again.

Every sample is compared: 16-bit samples must come back exactly as they were saved.
"""

from collections.abc import Iterator

from compat.diagnosis import mends
from compat.doctor import backends, failing
from compat.doctor.check import Answer, Finding, Group, World, check, error, ok, skipped
from compat.names.backends import part


@check(
    title="Round trip",
    group=Group.SAMPLES,
    why="A library that loads may still fail to decode, or decode wrongly.",
)
def round_trip(world: World) -> Iterator[Finding]:
    from dispatcher import registry

    working = [name for name in registry.known() if backends.works(world, name)]
    if not working:
        yield skipped("no backend opens")
        return
    answers = world.ask_over_torch("round_trip", working)
    if answers is None:
        yield skipped("samples are torch tensors, and torch does not import")
        return
    for name, answer in zip(working, answers, strict=True):
        yield finding(name, answer)


def finding(name: str, answer: Answer) -> Finding:
    """Return the finding for one backend's round trip."""
    subject = part(name)
    if answer.failed:
        return failing.finding(name, answer, subject, cause="round-trip-failed")
    mend = mends.reinstall(subject)
    told = answer.value
    if told["info"] != told["expected"]:
        text = f"{name}: info reports {told['info']} instead of {told['expected']}"
        return error(text, mend=mend, subject=subject, cause="wrong-header", data=told)
    if told["apart"] != 0:
        how_far = (
            f"up to {told['apart']} 16-bit steps apart"
            if told["apart"] is not None
            else f"{told['dtype']} {told['shape']}"
        )
        text = f"{name}: the loaded samples differ from the saved ones ({how_far})"
        return error(text, mend=mend, subject=subject, cause="wrong-samples", data=told)
    return ok(f"{name} exact", data={"backend": name, **told})
