"""Latent space: few numbers for a digit, a digit for any few numbers, and what lies between two digits."""

import streamlit as st

from digitlab import latent
from ui import about, datasets, door, subject
from ui.latent_map import latent_map
from ui.subject import Subject

door.through_app()

DOTS, PICTURES = "Test digits", "What is drawn where"


@st.fragment
def the_map(mine: Subject) -> None:
    about.subheader("A map of all digits", "Variational autoencoder", "Decoder")
    st.markdown(
        "This network (a *variational autoencoder*) squeezes a digit into two numbers, a place on this map, "
        "and draws a digit from any two numbers. Move over the map. Where does one digit turn into another?"
    )
    digits = datasets.test_digits()
    datasets.say_if_absent()
    shown = st.pills(
        "Show",
        (DOTS, PICTURES),
        default=DOTS,
        required=True,
        key="map",
        bind="query-params",
        label_visibility="collapsed",
    )
    place = latent.vae().encode(mine.picture[None])[0]
    latent_map(latent.places(digits.name), place, as_pictures=shown == PICTURES, key="latent-map")
    st.caption(
        f"Blue ring: {mine.whose}. Each dot is a test digit, placed by its two numbers alone: nobody told "
        "the network which digit it is. A few that lie further out stand at the edge. With the keyboard: "
        f"arrows, with Shift for larger steps. {latent.SIDE} × {latent.SIDE} places were drawn beforehand; "
        "between them the picture is blended."
    )
    with st.popover("Show the code", icon=":material/code:"):
        st.code(latent.code(mine.name), language="python")


about.header("Latent space", "Latent space", "Generative network")
st.markdown("A few numbers can hold a digit. Here you move these numbers and watch what is drawn from them.")
mine = subject.choose()
the_map(mine)
