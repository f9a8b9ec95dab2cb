"""One life of some clips (accept, event, inspect, hold, sweep, release) against a server that may fail or die at any
moment, and the ledger of all it answered. A step that got no answer is taken up again where the server stands."""

import base64
import http.client
import json
import ssl
import time

import site_with_faults
from site_with_faults import harness

INSPECTION_SECONDS_MAX = 60
PENDING_SECONDS_MAX = 20


class Interrupted(Exception):
    """No answer, or one that says that the server cannot: the step's outcome is open."""


class Refused(AssertionError):
    """An answer that an honest unit or person must never get here."""


class Upload:
    def __init__(self, swept=False):
        self.url, self.offset, self.receipt = None, 0, None
        self.swept = swept  # before its receipt was asked for


class Ledger:
    """What was acknowledged. Each of these must stand after any fault."""

    def __init__(self):
        self.uploads = {}        # clip number -> Upload: address, largest offset shown, receipt as answered
        self.events = []         # sequence numbers
        self.holds = {}          # clip -> hold id, in force
        self.destroyed = set()   # clips whose destruction was answered


class Life:
    """Over clips of a site's template. run() goes on from wherever the ledger stands."""

    def __init__(self, site, clips):
        self.site, self.clips, self.ledger = site, clips, Ledger()
        self.sweeping = site.sweeping  # clips that anybody's sweep was asked to destroy
        self.held = clips[1].id if len(clips) > 1 else None
        self.in_one_request = clips[0] if len(clips) > 1 else None  # with its creation; the others in parts
        self.done = False

    # --- speaking ----------------------------------------------------------------------------------------------------
    def _exchange(self, connection, method, path, fields, body):
        try:
            connection.request(method, path, body=body, headers=fields)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, ssl.SSLError, http.client.HTTPException) as error:
            raise Interrupted(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()
        if answer.status >= 500:
            raise Interrupted(f"{method} {path}: {answer.status} {content[:300]!r}")
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, content

    def ask_unit(self, method, path, fields=None, body=None):
        try:
            connection = self.site.unit.connect()
        except (OSError, ssl.SSLError) as error:
            raise Interrupted(str(error)) from error
        return self._exchange(connection, method, path, {"Tus-Resumable": "1.0.0", **(fields or {})}, body)

    def ask(self, method, path, body=None, person="operator", allowed=(200, 201)):
        """One request of a person; the parsed answer."""
        context = ssl.create_default_context(cafile=self.site.server_ca())
        connection = http.client.HTTPSConnection("localhost", self.site.people_port, context=context, timeout=60)
        token = (self.site.path / f"{person}.token").read_text().strip()
        fields = {"Authorization": f"Bearer {token}", "Hansom-Purpose": "fault test"}
        if body is not None:
            fields["Content-Type"] = "application/json"
        status, _, content = self._exchange(connection, method, path, fields, json.dumps(body) if body else None)
        if status not in allowed:
            raise Refused(f"{method} {path}: {status} {content[:500]!r}")
        return status, content

    # --- the steps ---------------------------------------------------------------------------------------------------
    def run(self):
        for clip in self.clips:
            self.upload(clip)
        self.report_events()
        for clip in self.clips:
            self.wait_inspected(clip.id)
        if self.held:
            self.hold(self.held)
        self.sweep()
        self.done = True

    def create(self, clip, body=None):
        fields = {"Upload-Length": str(len(clip.sealed)), "Content-Length": str(len(body or b"")),
                  "Upload-Metadata": f"manifest {base64.b64encode(clip.manifest.encode()).decode()}"}
        if body:
            fields["Content-Type"] = "application/offset+octet-stream"
        status, answer, content = self.ask_unit("POST", "/uploads", fields, body)
        if status == 410 and clip.id in self.sweeping:  # it came before, and nobody heard of it
            self.ledger.uploads[clip.number] = Upload(swept=True)
            return
        if status != 201:
            raise Refused(f"creation: {status} {content!r}")
        upload = self.ledger.uploads[clip.number] = Upload()
        url = answer["location"]
        upload.url = "/" + url.split("/", 3)[3] if url.startswith("http") else url
        if body:
            upload.offset = int(answer["upload-offset"])
            if upload.offset != len(body):
                raise AssertionError(f"{len(body)} bytes were sent, {upload.offset} are kept")

    def ask_offset(self, clip):
        """The offset the server tells, never less than one shown before."""
        upload = self.ledger.uploads[clip.number]
        deadline = time.monotonic() + PENDING_SECONDS_MAX
        while True:
            try:
                status, answer, _ = self.ask_unit("HEAD", upload.url)
                break
            except Interrupted as error:
                # Its body would say acceptance_pending; HEAD has none.
                if ": 503 " not in str(error) or time.monotonic() > deadline or not self.is_ready():
                    raise
                time.sleep(0.01)  # polling; bounded by the deadline
        if status in (404, 410) and clip.id in self.sweeping:  # its row went with the clip
            upload.swept = True
            return len(clip.sealed), None
        if status not in (200, 204):
            raise Refused(f"HEAD {upload.url}: {status}, after offset {upload.offset}\n{self.site.log_tail()}")
        offset = int(answer["upload-offset"])
        if offset < upload.offset:
            raise AssertionError(f"offset {upload.offset} was shown, now it is {offset}")
        upload.offset = offset
        return offset, answer.get("hansom-receipt")

    def is_ready(self):
        try:
            return self.site.local("/readyz")[0] == 200
        except OSError:
            return False

    def upload(self, clip):
        if clip.number not in self.ledger.uploads:
            self.create(clip, clip.sealed if clip is self.in_one_request else None)
        upload = self.ledger.uploads[clip.number]
        if upload.receipt is not None or upload.swept:
            return
        offset, receipt = self.ask_offset(clip)
        half = len(clip.sealed) // 2
        for end in [half] if offset < half else []:
            offset, receipt = self.append(clip, offset, end)
        if offset < len(clip.sealed):
            offset, receipt = self.append(clip, offset, len(clip.sealed))
        if upload.swept:
            return
        status, _, content = self.ask_unit("GET", receipt or upload.url + "/receipt")
        if status in (404, 410) and clip.id in self.sweeping:
            upload.swept = True
            return
        if status != 200:
            raise Refused(f"receipt: {status} {content!r}")
        if json.loads(content)["clip"] != clip.id:
            raise AssertionError("the receipt is of another clip")
        upload.receipt = content
        self.check_clip(clip)  # at once: a sweep would hide that it was never there

    def append(self, clip, offset, end):
        upload = self.ledger.uploads[clip.number]
        status, answer, content = self.ask_unit("PATCH", upload.url, {
            "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}, clip.sealed[offset:end])
        if status != 204:
            raise Refused(f"PATCH at {offset}: {status} {content!r}")
        upload.offset = int(answer["upload-offset"])
        if upload.offset != end:
            raise AssertionError(f"{end} bytes were sent, {upload.offset} are kept")
        return upload.offset, answer.get("hansom-receipt")

    def events(self):
        return {"events": [{"sequence": clip.number, "type": "panic_button", "clock_state": "gnss",
                            "time": f"2026-03-01T10:{clip.number % 60:02d}:30Z", "actor": "passenger"}
                           for clip in self.clips]}

    def report_events(self):
        if self.ledger.events:
            return
        status, _, content = self.ask_unit("POST", "/v1/events", {"Content-Type": "application/json"},
                                           json.dumps(self.events()))
        if status != 200:
            raise Refused(f"events: {status} {content!r}")
        answer = json.loads(content)
        if answer["accepted"] + answer["repeated"] != len(self.clips):
            raise AssertionError(f"not every event was taken: {answer}")
        self.ledger.events = [clip.number for clip in self.clips]

    def state(self, clip):
        return json.loads(self.ask("GET", f"/v1/clips/{clip}", person="investigator")[1])["state"]

    def wait_inspected(self, clip):
        deadline = time.monotonic() + INSPECTION_SECONDS_MAX
        while self.state(clip) == "accepted":
            if time.monotonic() > deadline:
                raise AssertionError(f"{clip} is not inspected\n{self.site.log_tail()}")
            time.sleep(0.02)  # polling; bounded by the deadline

    def holds_in_force(self):
        return {hold["clip"]: hold["hold_id"] for hold in json.loads(self.ask("GET", "/v1/holds")[1])["holds"]}

    def hold(self, clip):
        if clip in self.ledger.holds:
            return
        found = self.holds_in_force().get(clip)  # one that was placed and not answered
        if found is None:
            status, answer = self.ask("POST", "/v1/holds", {"clip": clip, "reason": "appeal"}, allowed=(201, 410))
            if status == 410:
                if clip not in self.sweeping:
                    raise AssertionError(f"{clip} is destroyed, and no sweep was asked to")
                return
            found = json.loads(answer)["hold_id"]
        self.ledger.holds[clip] = found

    def sweep(self):
        """Destroys what is due: all of these clips that are kept for an event and not held."""
        mine = {clip.id for clip in self.clips if clip.purpose == "event"} - set(self.ledger.holds)
        if mine <= self.ledger.destroyed:
            return
        plan = json.loads(self.ask("POST", "/v1/sweeps")[1])
        listed = {item["clip"] for item in plan["items"]}
        if listed & set(self.ledger.holds):
            raise AssertionError("a plan lists what is held")
        self.sweeping |= listed
        outcome = json.loads(self.ask("POST", f"/v1/sweeps/{plan['plan']}/execute")[1])
        if outcome["destroyed"] + outcome["barred"] != len(listed):
            raise AssertionError(f"the plan listed {len(listed)}: {outcome}")
        self.ledger.destroyed |= listed
        for clip in mine - listed:  # by a sweep that was not answered and is finished by now
            if clip not in self.sweeping or self.state(clip) != "destroyed":
                raise AssertionError(f"{clip} is due and not in the plan")
            self.ledger.destroyed.add(clip)

    # --- what must stand ----------------------------------------------------------------------------------------
    def check_ledger(self):
        """Requires: the server runs and is whole. Raises on anything acknowledged that does not stand."""
        holds = self.holds_in_force()
        for clip, hold in self.ledger.holds.items():
            if holds.get(clip) != hold:
                raise AssertionError(f"the hold {hold} on {clip} is lost")
        for clip in self.clips:
            self.check_clip(clip)
        if self.ledger.events:
            status, _, content = self.ask_unit("POST", "/v1/events", {"Content-Type": "application/json"},
                                               json.dumps(self.events()))
            if status != 200 or json.loads(content)["repeated"] != len(self.ledger.events):
                raise AssertionError(f"events are lost: {status} {content!r}")

    def check_clip(self, clip):
        upload = self.ledger.uploads.get(clip.number)
        if upload is None:
            return
        if upload.receipt is None and not upload.swept:
            self.ask_offset(clip)
            return
        if clip.id in self.ledger.destroyed:
            if self.state(clip.id) != "destroyed" or list(self.site.data.rglob(f"{clip.id}*")):
                raise AssertionError(f"the destroyed {clip.id} is back")
            return
        wrong = self.look_at_clip(clip, upload)
        # Looked at last: somebody's sweep may have taken it between two looks.
        may_be_gone = upload.swept or clip.id in self.sweeping and clip.id not in self.ledger.holds
        if wrong and not (may_be_gone and self.state(clip.id) == "destroyed"):
            raise AssertionError(wrong)

    def look_at_clip(self, clip, upload):
        """What is not as it was acknowledged."""
        status, sealed = self.ask("GET", f"/v1/clips/{clip.id}/sealed", person="investigator", allowed=(200, 404, 410))
        if status != 200 or sealed != clip.sealed:
            return f"clip {clip.id} was acknowledged: {status}, {len(sealed)} bytes"
        status, _, receipt = self.ask_unit("GET", upload.url + "/receipt")
        if status != 200 or receipt != upload.receipt:
            return f"the receipt of {clip.id} has changed: {status}\n{receipt!r}\n{upload.receipt!r}"
        return None


__all__ = ["Interrupted", "Life", "Refused", "harness", "site_with_faults"]
