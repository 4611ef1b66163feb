"""Reads the explorer page in Chromium while a network runs: what is shown, what follows by itself, where the links lead.

Exits with 1, and says why, if anything is otherwise than it should be.
"""

import re
import sys
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Error, expect, sync_playwright
from processes import GENESIS, Network, Unexpected, arguments
from walkthrough import address, ask, check, watch

HOSTILE = "<img src=x onerror=alert(1)> & <b>bold</b>?"


def no_overflow(page, where):
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    check(wide <= 0, f"{where} is {wide} pixels wider than the window")


def row(page, claim):
    return page.locator("tr", has=page.locator(f'a[href="#/claims/{claim}"]')).first


def live(network, page, urls):
    """Claims appear and settle on the open page."""
    with ThreadPoolExecutor(2) as pool:
        honest = pool.submit(ask, network, urls["provider"], HOSTILE, 0)
        cheat = pool.submit(ask, network, urls["cheat-bit"], "What is the capital of France?", 4)
        expect(page.locator("td .pending").first).to_be_visible(timeout=60_000)
        expect(page.locator("progress").first).to_be_visible()
        page.screenshot(path=network.folder / "pending.png")
        honest, cheat = honest.result()["claim"], cheat.result()["claim"]
    expect(row(page, honest).locator(".finalized")).to_be_visible(timeout=60_000)
    expect(row(page, cheat).locator(".slashed")).to_be_visible(timeout=60_000)
    expect(row(page, cheat).get_by_text("cheat-bit")).to_be_visible()
    return honest, cheat


def links(network, page, honest, cheat):
    """From a claim to its block, its transaction, its accounts and back."""
    row(page, cheat).locator(f'a[href="#/claims/{cheat}"]').click()
    expect(page.locator("h1")).to_have_text(re.compile("Claim.*slashed", re.S))
    expect(page.locator("main")).to_contain_text("What is the capital of France?")
    expect(page.locator("main")).to_contain_text(address(network, "watchtower"))
    page.screenshot(path=network.folder / "claim.png", full_page=True)
    page.locator("dt:text-is('Slashed in') + dd a").click()
    expect(page.locator("h1")).to_have_text(re.compile("^Block"))
    page.get_by_text("Fraud proof").first.wait_for()
    page.screenshot(path=network.folder / "block.png", full_page=True)
    page.locator("tr", has_text="Fraud proof").locator("a").first.click()
    expect(page.locator("h1")).to_have_text(re.compile("Fraud proof.*accepted", re.S))
    page.locator("dt:text-is('Sender') + dd a").click()
    expect(page.locator("h1")).to_have_text("Account")
    expect(page.locator("main")).to_contain_text(address(network, "watchtower"))

    for text, title in [(honest, "Claim"), ("1", "Block 1"), (address(network, "provider"), "Account")]:
        page.locator("#query").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text(title)
    expect(page.locator("main .finalized").first).to_be_visible()
    page.goto(f"{page.url.split('#')[0]}#/claims/{honest}")
    expect(page.locator("pre").first).to_contain_text(HOSTILE)
    check(page.locator("main img, main b").count() == 0, "text of a prompt became markup")
    with page.expect_download() as download:
        page.get_by_text("Receipt", exact=True).click()
    receipt = network.folder / "download.receipt"
    download.value.save_as(receipt)
    network.run(receipt, "--genesis", GENESIS, program=network.verifier)
    page.locator("#query").fill("nonsense")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("That is no height")


def narrow(network, browser, node, claim):
    """On a phone nothing is wider than the window."""
    for scheme in ("light", "dark"):
        page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
        for name, path in [("home", "#/"), ("claim", f"#/claims/{claim}"), ("block", "#/blocks/1")]:
            page.goto(f"{node}/{path}")
            page.locator("main .card").first.wait_for()
            no_overflow(page, f"{name} on a phone")
            page.screenshot(path=network.folder / f"phone-{name}-{scheme}.png", full_page=name == "claim")
        page.close()


def play(network):
    _, node = network.node()
    network.run("tx", "register-model", network.bundle, "--node", node, "--genesis", GENESIS, "--dev-key", "provider")
    urls = {"provider": network.provider("provider", node)[1], "cheat-bit": network.provider("cheat-bit", node, "--cheat", "bit")[1]}
    watch(network, node, urls)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        complaints, foreign = [], []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith((node, "data:")) else foreign.append(request.url))
        page.goto(node)
        expect(page.locator("#live")).to_have_text("live")
        expect(page.locator("main")).to_contain_text("No claims yet")
        honest, cheat = live(network, page, urls)
        no_overflow(page, "the page")
        page.screenshot(path=network.folder / "home.png")
        links(network, page, honest, cheat)
        check(not complaints, f"the browser complains: {complaints}")
        check(not foreign, f"the page loads from elsewhere: {foreign}")
        narrow(network, browser, node, cheat)
        browser.close()


def main():
    options = arguments(__doc__.splitlines()[0])
    network = Network(options.binaries, options.model)
    network.keeps = options.keep
    try:
        with network:
            play(network)
    except (Unexpected, Error, AssertionError) as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    print("The explorer shows claims as they come and settle, and its links lead where they say, on a desk and on a phone.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
