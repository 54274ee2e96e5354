async def test_first(slack):
    ana = slack.as_("ana")
    r = await ana.command("/pilot new the print spooler keeps stopping on PRN01 and nobody can print", "helpdesk")
    print(r.status, r.error, r.ms, r.ephemeral and r.ephemeral.plain())
    async def card():
        return len(await ana.messages("helpdesk"))>0
    await slack.until(card)
    m=(await ana.messages("helpdesk"))[0]
    print(m.plain())
    async def fixcard():
        return [x for x in await ana.messages("helpdesk", thread_ts=m.ts) if x.ts!=m.ts]
    f=await slack.until(fixcard)
    print([x.plain() for x in await fixcard()], (await fixcard())[0].buttons)
    f=(await fixcard())[0]
    r=await ana.press("It worked", on=f)
    print(r.error,r.ms)
    async def done(): return "worked" in (await fixcard())[0].plain().lower() and not (await fixcard())[0].buttons
    await slack.until(done)
    print((await fixcard())[0].plain())
    print((await ana.messages("helpdesk"))[0].plain())
    print(await slack.violations())
