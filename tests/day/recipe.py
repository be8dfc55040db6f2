"""Draws the pictures of ``docs/day/``: ``python -m tests.day.recipe`` plays one day of a point in Chromium.

Everybody of the day is there: the administrator, the supervisor, the kiosk, the door, three agents and an entity at her
own desk. People and answers are invented and always the same, and the clock of the point stands still; from one run to
the next only the square codes and the code of the new device differ.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

from attention_point.foundation import clock, paths
from attention_point.foundation.private_files import set_private_umask
from tests.accounts.support import PASSWORD
from tests.day.point_of_the_day import POINT, PointClock, open_point
from tests.support.browser import ARGUMENTS, find_chromium

FOLDER = paths.PROJECT_FOLDER / "docs" / "day"
UPRIGHT: ViewportSize = {"width": 800, "height": 1280}
ACROSS: ViewportSize = {"width": 1280, "height": 800}
TELEVISION: ViewportSize = {"width": 1920, "height": 1080}
OPENS = datetime(2026, 11, 30, 7, 20, tzinfo=clock.TIME_ZONE)
MOST_BYTES = 60_000
COLOURS = 48
"""So many are enough for letters, lines and the few colours of the pages."""
WIDTH = 800
"""Pixels of a picture; wider pages are made smaller."""
NEXT, START = "Llamar el siguiente", "Comenzar la atención"


class Day:
    """One day of a point, played in browsers. ``go_on`` lets time pass for everybody."""

    def __init__(self, chromium: Browser, address: str, point_clock: PointClock, folder: Path) -> None:
        self._chromium, self._address, self._clock, self._folder = chromium, address, point_clock, folder
        self._pages: list[Page] = []

    def go_on(self, minutes: float) -> None:
        """Let minutes pass by."""
        self._clock.moment += timedelta(minutes=minutes)
        for page in self._pages:
            page.clock.set_fixed_time(self._clock.moment)

    def open_page(self, size: ViewportSize, path: str) -> Page:
        """A browser of its own, as big as this, on a page."""
        context = self._chromium.new_context(viewport=size, locale="es-CO", timezone_id="America/Bogota")
        page = context.new_page()
        page.clock.set_fixed_time(self._clock.moment)
        page.add_init_script("window.print = () => {}")
        page.goto(self._address + path)
        self._pages.append(page)
        return page

    def go(self, page: Page, path: str) -> None:
        """Lead a browser to another page."""
        page.goto(self._address + path)

    def sign_in(self, name: str, size: ViewportSize) -> Page:
        """Somebody of the staff, signed in."""
        page = self.open_page(size, "/sign-in")
        page.get_by_label("Correo").fill(f"{name}@example.org")
        page.get_by_label("Contraseña").fill(PASSWORD)
        page.get_by_role("button", name="Ingresar").click()
        expect(page.locator(".own")).to_be_visible()
        return page

    def enrol(self, code: str, size: ViewportSize, path: str) -> Page:
        """The browser of a device, with its code typed."""
        page = self.open_page(size, "/devices/enrol")
        page.locator("main input[type=text]").fill(code)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(f"**{path}")
        return page

    def draw(self, page: Page, name: str) -> None:
        """Write the page as it stands as a small picture."""
        page.wait_for_load_state("load")
        page.evaluate("document.fonts.ready")
        data = shrink_picture(page.screenshot(animations="disabled", caret="hide"))
        picture = self._folder / f"{name}.png"
        picture.write_bytes(data)
        picture.chmod(0o644)


def shrink_picture(data: bytes) -> bytes:
    """A PNG of few colours, ``WIDTH`` pixels wide. Raises ValueError for one that stays too large."""
    with Image.open(BytesIO(data)) as whole:
        picture = whole.convert("RGB")
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)
    small = BytesIO()
    picture.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    if small.tell() > MOST_BYTES:
        raise ValueError(f"a picture of {small.tell()} bytes is too large for a document")
    return small.getvalue()


def press(page: Page, words: str, shows: Locator | None = None) -> None:
    """Press a button or a link with exactly these words, and wait for what it shows."""
    page.get_by_role("button", name=words, exact=True).or_(
        page.get_by_role("link", name=words, exact=True)
    ).first.click()
    if shows:
        expect(shows).to_be_visible()


def take_turn(kiosk: Page, *words: str) -> None:
    """Answer the kiosk's questions, up to the turn."""
    for answer in words:
        kiosk.locator("button:visible", has_text=answer).first.click()
        kiosk.wait_for_timeout(450)  # the kiosk takes two quick taps for one
    expect(kiosk.locator(".turn__code:visible")).to_have_text(re.compile("A-"))


def leave_kiosk(kiosk: Page) -> None:
    """Take the paper and go, so that the next one finds the first question."""
    kiosk.locator("button:visible", has_text=re.compile("Listo|Done")).click()
    expect(kiosk.get_by_role("heading", name="Tome su turno")).to_be_visible()
    kiosk.wait_for_timeout(450)


def choose_desk(page: Page, day: Day, number: int) -> None:
    """Sit down at a desk of the room."""
    day.go(page, "/turns")
    press(page, f"Módulo {number}", page.get_by_role("button", name=NEXT, exact=True))


def prepare_point(day: Day, admin: Page, supervisor: Page) -> None:
    """Before the doors open: a new tablet, and the entity's desk."""
    day.go(admin, "/devices/new")
    admin.get_by_label("Nombre").fill("Tableta 1")
    admin.locator("main button[type=submit]").click()
    expect(admin.get_by_role("heading", name="Código del dispositivo")).to_be_visible()
    day.draw(admin, "admin-device-code")
    day.go(admin, "/devices")
    day.draw(admin, "admin-devices")
    day.go(supervisor, "/turns/desks/new")
    supervisor.get_by_label("Número del módulo").fill("5")
    supervisor.get_by_label("De quién es").select_option(label="Servicio Nacional de Aprendizaje SENA")
    press(supervisor, "Guardar", supervisor.get_by_text("Módulo 5"))
    day.go(supervisor, "/turns/desks")
    day.draw(supervisor, "supervisor-desks")


def receive_visitors(day: Day, kiosk: Page, door: Page) -> None:
    """The first arrivals, at the kiosk and at the door."""
    day.draw(kiosk, "kiosk-language")
    kiosk.locator("button:visible", has_text="Español").click()
    kiosk.wait_for_timeout(450)
    day.draw(kiosk, "kiosk-needs")
    children = ["Una niña o un niño más"] * 3
    take_turn(kiosk, "Cupo en el colegio", "Sí, es mi primera vez", *children, "Continuar", "Traigo niñas")
    day.draw(kiosk, "kiosk-turn")
    leave_kiosk(kiosk)
    for minutes, answers in enumerate(
        (
            ("English", "A place at school", "Yes, it is my first time", "Continue", "No, none"),
            ("Español", "Sisbén o EPS", "No, ya vine antes", "No la traigo", "Continuar", "Tengo 60"),
            ("Español", "No sé, u otra cosa", "Sí, es mi primera vez", "Continuar", "No, ninguno"),
            ("Español", "Empleo o cursos", "Sí, es mi primera vez", "Continuar", "No, ninguno"),
        ),
        start=1,
    ):
        day.go_on(minutes)
        take_turn(kiosk, *answers)
        leave_kiosk(kiosk)
    day.go_on(2)
    day.go(door, "/turns/new")
    door.get_by_label("Permisos para vivir en Colombia").check()
    door.get_by_label("60 años o más").check()
    day.draw(door, "door-give")
    press(door, "Dar el turno e imprimir", door.get_by_role("heading", name="Papel del turno"))
    day.draw(door, "door-paper")


def attend(day: Day, agent: Page) -> None:
    """The mother's attention, from the call to the slip."""
    press(agent, START, agent.get_by_text("Esta atención es de este turno"))
    day.draw(agent, "agent-form")
    agent.get_by_role("button", name="Sí a las tres").click()
    for label, text in (("Nombres", "Yuleima"), ("Primer apellido", "Rondón"), ("Fecha de nacimiento", "17031991")):
        agent.get_by_label(label, exact=True).first.fill(text)
    agent.get_by_role("radio", name="Mujer").first.check()
    agent.get_by_label("Teléfono", exact=True).first.fill("3105550101")
    for number, (kin, name, age) in enumerate(
        (("Hijo", "Samuel", "9"), ("Hija", "Valeria", "7"), ("Hijo", "Luis", "4"))
    ):
        row = agent.locator(f"#companions-{number}")
        row.get_by_label("Nombres").fill(name)
        row.get_by_label("Fecha de nacimiento").fill(age)
        row.get_by_role("radio", name=kin, exact=True).check()
        row.get_by_role("checkbox", name="mismas necesidades").check()
    day.go_on(5)
    press(agent, "Revisar y continuar", agent.get_by_role("heading", name="Revise antes de guardar"))
    day.draw(agent, "agent-check")
    refer_all = agent.get_by_role("button", name="Remitir todas")
    if refer_all.count():
        refer_all.first.click()
    for choice in agent.get_by_role("radio", name=re.compile("^Remitir")).all():
        choice.check()
    press(agent, "Guardar e imprimir", agent.get_by_text("La referencia es BGA-").first)
    day.draw(agent, "agent-slip")


def work_at_the_desks(day: Day, screen: Page, supervisor: Page) -> None:
    """Three desks call; one turn goes on to the entity's own desk."""
    agent, second, third, entity = (
        day.sign_in(name, UPRIGHT if name == "agent" else ACROSS) for name in ("agent", "agent2", "agent3", "entity")
    )
    day.go(agent, "/turns")
    day.draw(agent, "agent-desk-choice")
    for number, page in enumerate((agent, second, third), start=1):
        choose_desk(page, day, number)
    day.draw(agent, "agent-queue")
    for page in (agent, second, third):
        day.go_on(1)
        press(page, NEXT, page.get_by_role("button", name=START, exact=True))
    day.draw(agent, "agent-called")
    day.go(screen, f"/screen/{POINT}")
    day.draw(screen, "screen-calls")
    day.go(supervisor, "/turns")
    day.draw(supervisor, "supervisor-room")
    attend(day, agent)
    press(third, "Pasar a otro módulo o terminar sin atención", third.get_by_role("heading", name="Pasar el turno"))
    third.get_by_label("Servicio Nacional de Aprendizaje SENA").check()
    day.draw(third, "agent-transfer")
    press(third, "Pasar", third.get_by_text("espera ahora para"))
    choose_desk(entity, day, 5)
    day.go_on(1)
    press(entity, NEXT, entity.get_by_role("button", name=START, exact=True))
    day.draw(entity, "entity-called")
    press(entity, START, entity.get_by_role("button", name="Terminar"))
    day.go_on(3)
    press(entity, "Terminar", entity.get_by_text("Nadie espera"))
    press(second, START, second.get_by_text("Esta atención es de este turno"))


def close_point(day: Day) -> None:
    """The end of the day: what is left over, and the waits."""
    day.go_on(8 * 60)
    supervisor = day.sign_in("supervisor", ACROSS)
    day.go(supervisor, "/turns/closing")
    day.draw(supervisor, "supervisor-closing")
    supervisor.get_by_role("button", name=re.compile("^Cerrar el día con")).click()
    with supervisor.expect_navigation():
        supervisor.get_by_role("button", name="Sí, continuar").click()
    day.go(supervisor, "/turns/waits")
    day.draw(supervisor, "supervisor-waits")


@contextmanager
def _opened_day(folder: Path) -> Iterator[tuple[Day, dict[str, str]]]:
    point_clock = PointClock(OPENS)
    with (
        TemporaryDirectory() as instance,
        sync_playwright() as playwright,
        open_point(Path(instance), point_clock) as (address, codes),
    ):
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield Day(chromium, address, point_clock, folder), codes
        chromium.close()


def draw_day(folder: Path = FOLDER) -> None:
    """Play the day and write its pictures into the folder; earlier ones go."""
    expect.set_options(timeout=15_000)
    for old in folder.glob("*.png"):
        old.unlink()
    with _opened_day(folder) as (day, codes):
        prepare_point(day, day.sign_in("admin", ACROSS), day.sign_in("supervisor", ACROSS))
        kiosk = day.enrol(codes["kiosk"], UPRIGHT, "/kiosk")
        screen = day.enrol(codes["screen"], TELEVISION, f"/screen/{POINT}")
        day.go_on(10)
        receive_visitors(day, kiosk, day.sign_in("agent2", UPRIGHT))
        work_at_the_desks(day, screen, day.sign_in("supervisor", ACROSS))
        close_point(day)
    for picture in sorted(folder.glob("*.png")):
        sys.stdout.write(f"{picture.name}: {picture.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    set_private_umask()
    draw_day()
