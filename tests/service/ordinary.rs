//! Ordinary calls: those of an attendant's own phone, which never came through the hook.

use super::house::{House, SOON, people};
use super::page::{Page, Picture};
use super::report::Report;
use super::telephony::{End, Manner};
use serde_json::{Value, json};
use tokio::time::Instant;

scenarios! {
    an_ordinary_call_is_its_attendants: "A call of an attendant's own phone, made or received, is on that attendant's page only, and becomes a conference just the same";
    sound_that_goes_past_the_switch: "Bypassed media is brought back and the call becomes a conference; proxied media is refused with the reason, and the two stay in their call";
    ordinary_calls_under_way: "Ordinary calls under way before the service started are adopted";
}

const FRIEND: &str = "1003";
const THIRD: &str = "1004";

impl House {
    /// The ordinary call on Anna's page.
    async fn adopted(&self) -> (String, Value) {
        let look = |page: &Picture| {
            let mut found =
                page.calls.iter().filter(|(_, call)| call["kind"] == "extension" && call["state"] == "talking");
            found.next().map(|(id, call)| (id.clone(), call.clone()))
        };
        self.page.shows("an ordinary call", SOON, look).await
    }

    /// The call becomes a conference with one more, and everybody hears everybody.
    async fn becomes_a_conference(&self, call: &str, pair: [&End; 2]) -> (String, End) {
        let asked = Instant::now();
        let conference = self.start(Some(call), &[THIRD]).await;
        self.participant_is(&conference, THIRD, "joined").await;
        let third = self.world.at(THIRD).await;
        self.world.all_hear_each_other(&[pair[0], pair[1], &third]).await;
        self.gap_is_short("the moved pair was without each other for", pair[0], pair[1], asked);
        assert!(!self.page.now().calls.contains_key(call) || self.page.now().calls[call]["state"] == "conference");
        (conference, third)
    }
}

async fn an_ordinary_call_is_its_attendants(report: Report) {
    let house = House::open(report).await;
    let ben = house.ben().await;
    let bens = Page::open(ben.clone());
    bens.shows("Ben's page", SOON, |page| (page.node_state() == "up").then_some(())).await;
    house.expect_all(&[(FRIEND, Manner::Answers(100)), (THIRD, Manner::Answers(100))]).await;

    for (how, calls) in [("made", true), ("received", false)] {
        let began = Instant::now();
        let (station, friend) = if calls {
            let station = house.world.station_dials("1001", FRIEND);
            (station, house.world.at(FRIEND).await)
        } else {
            let friend = house.world.calls("Olga", "4930777", "1001");
            (house.world.at("1001").await, friend)
        };
        let (call, shown) = house.adopted().await;
        house.since(&format!("{how}: on the page after"), began);
        let other = if calls { FRIEND } else { "4930777" };
        assert_eq!((&shown["caller"]["number"], &shown["station"]), (&other.into(), &"1001".into()), "{shown}");
        house.world.all_hear_each_other(&[&station, &friend]).await;
        // A program sees it; Ben neither sees it nor may touch it.
        let board = house.program().board().await;
        assert!(board["calls"].as_array().unwrap().iter().any(|one| one["id"] == call.as_str()), "{board}");
        assert_eq!(ben.board().await["calls"], Value::Array(Vec::new()));
        assert_eq!(bens.now().calls.len(), 0, "Ben's page has somebody else's call");
        let theft = json!({"call_id": call, "participants": people(&[THIRD])});
        ben.post("/conferences", theft).await.refused(403, "not_yours");

        let (conference, third) = house.becomes_a_conference(&call, [&station, &friend]).await;
        assert_eq!(bens.now().conferences.len(), 0, "Ben's page has somebody else's conference");
        house.anna.conference(&conference, "leave").await.accepted();
        assert!(house.world.is_over(&station).await);
        house.world.all_hear_each_other(&[&friend, &third]).await;
        house.anna.conference(&conference, "end").await.accepted();
        house.ends(&conference).await;
    }

    // Nobody's station is nobody's business; and one that just ends leaves the page.
    let stranger = house.world.calls("Olga", "4930777", FRIEND);
    let friend = house.world.at(FRIEND).await;
    house.world.all_hear_each_other(&[&stranger, &friend]).await;
    let own = house.world.calls("Ida", "4930888", "1001");
    let (call, _) = house.adopted().await;
    assert_eq!(house.program().board().await["calls"].as_array().map(Vec::len), Some(1));
    house.world.hang_up(&own);
    let gone = |page: &Picture| (!page.calls.contains_key(&call)).then_some(());
    house.page.shows("the ordinary call gone", SOON, gone).await;
    house.world.hang_up(&stranger);
    assert!(house.world.is_empty_again().await);
}

async fn sound_that_goes_past_the_switch(report: Report) {
    let house = House::open(report).await;
    house.expect_all(&[("1001", Manner::Answers(100)), (THIRD, Manner::Answers(100))]).await;
    let friend = house.world.calls("Olga", "4930777", "81001");
    let station = house.world.at("1001").await;
    let (call, _) = house.adopted().await;
    house.world.all_hear_each_other(&[&station, &friend]).await;
    let (conference, _) = house.becomes_a_conference(&call, [&station, &friend]).await;
    house.anna.conference(&conference, "end").await.accepted();
    house.ends(&conference).await;

    let friend = house.world.calls("Ida", "4930888", "71001");
    let station = house.world.at("1001").await;
    let (call, _) = house.adopted().await;
    let rung = house.world.times_rung(THIRD);
    let refused = house.asks(Some(&call), &[THIRD]).await;
    refused.refused(409, "wrong_state");
    assert!(refused.body["detail"].as_str().unwrap().contains("proxy media"), "{refused:?}");
    assert!(house.world.is_up(&station) && house.world.is_up(&friend));
    assert_eq!(house.world.times_rung(THIRD), rung);
    house.call_is(&call, "talking").await;
    house.world.hang_up(&friend);
    assert!(house.world.is_over(&station).await && house.world.is_empty_again().await);
}

async fn ordinary_calls_under_way(report: Report) {
    let house = House::open(report).await;
    house
        .expect_all(&[("1001", Manner::Answers(100)), (FRIEND, Manner::Answers(100)), (THIRD, Manner::Answers(100))])
        .await;
    for (how, dialed) in
        [("plain, received", "1001"), ("plain, made", FRIEND), ("bypassed", "81001"), ("proxied", "71001")]
    {
        house.service.kill();
        let (station, friend) = if dialed == FRIEND {
            let station = house.world.station_dials("1001", FRIEND);
            (station, house.world.at(FRIEND).await)
        } else {
            let friend = house.world.calls("Olga", "4930777", dialed);
            (house.world.at("1001").await, friend)
        };
        house.service.run().await;
        let serves = Instant::now();
        let (call, shown) = house.adopted().await;
        house.since(&format!("{how}: adopted after"), serves);
        let other = if dialed == FRIEND { FRIEND } else { "4930777" };
        assert_eq!(shown["caller"]["number"], other, "{how}: {shown}");
        if how == "proxied" {
            house.asks(Some(&call), &[THIRD]).await.refused(409, "wrong_state");
            assert!(house.world.is_up(&station) && house.world.is_up(&friend), "{how}");
            house.anna.call(&call, "hangup").await.accepted();
            assert!(house.world.is_over(&friend).await && house.world.is_empty_again().await, "{how}");
        } else {
            let (conference, _) = house.becomes_a_conference(&call, [&station, &friend]).await;
            house.anna.conference(&conference, "end").await.accepted();
            house.ends(&conference).await;
        }
    }
}
