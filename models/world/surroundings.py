"""What a caption says about where, when and in which look: words for backdrops, times of day, weather and styles."""

from __future__ import annotations

KIND_WORDS: dict[str, str] = {
    "meadow": "meadow grass field fields lawn grassland pasture hill hills hillside countryside prairie savanna savannah plains pen "
    "enclosure ground dirt field,grassy field,green field,field of grass,open field,zoo,golf course,picnic,nature,outside,outdoors",
    "farm": "farm farmyard barnyard ranch,wheat field,corn field,cornfield,vegetable patch",
    "garden": "garden park yard backyard playground orchard,back yard,flower bed,botanical garden",
    "beach": "beach sand shore seashore coast seaside,sandy beach,tropical beach,tropical island,island,sea shore",
    "sea": "sea ocean water waves harbor harbour bay river,high seas,open sea,body of water,seas",
    "lake": "lake pond lakeside riverside,swimming pool,pool,riverbank,river bank",
    "desert": "desert dunes,sand dunes,sahara,wild west,mars,canyon",
    "snow": "snow winter arctic antarctica ice iceberg,the north pole,north pole,south pole,snowy field,snowy hill,snowy landscape,"
    "ski slope,frozen lake,winter wonderland,winter landscape,icy ground",
    "city": "city town downtown skyline cityscape metropolis village rooftops,new york,big city,tokyo,paris,london",
    "street": "street road highway sidewalk pavement avenue crossroads intersection,parking lot,car park,city street,motorway,"
    "racetrack,race track,driveway,curb,alley,busy street,traffic,track,tracks",
    "forest": "forest woods woodland jungle rainforest,rain forest,grove,enchanted forest,bamboo forest",
    "mountains": "mountains mountainside alps himalayas,snowy mountains,mountain range,mountain top,mountaintop,valley,cliff,cliffs",
    "sky": "sky clouds heaven,blue sky,cloudy sky,clear sky,midair,mid air",
    "moon": "moon,lunar surface,surface of the moon,another planet,alien planet,moonscape",
    "room": "room bedroom livingroom house indoors floor office classroom library hall museum bathroom home wall nursery attic,"
    "living room,dining room,inside a house,hotel room,hospital room,wooden floor,restaurant,cafe,store,shop,supermarket",
    "kitchen": "kitchen stove counter,kitchen counter,bakery,countertop,counter top",
    "table": "table desk tabletop shelf tray plate,dining table,wooden table,kitchen table,picnic table,table top,coffee table,cutting board,"
    "wooden desk,dinner table,tablecloth",
    "stage": "stage theater theatre circus arena,concert hall,spotlight,concert",
    "space": "space universe galaxy cosmos orbit,outer space,deep space,the stars,zero gravity",
    "underwater": "underwater seabed aquarium reef,under the sea,under water,under the water,under the ocean,coral reef,ocean floor,"
    "sea floor,bottom of the sea,bottom of the ocean,deep sea,fish tank",
    "plain": "background backdrop,plain background,solid background,simple background,plain backdrop,studio,solid colour,solid color",
    "gradient": "gradient,gradient background,colour gradient,color gradient",
    "stripes": "stripes,striped background,striped wallpaper,striped wall,stripes background",
    "checker": "checkerboard,checkered background,chequered background,checker background,chessboard,checkered tablecloth,checkered floor",
    "dots": "dots,dotted background,polka dots,polka dot background,spotted background",
    "paper": "paper,paper background,sheet of paper,old paper,parchment",
    "wood": "planks,wooden background,wood background,wooden planks,wooden wall",
    "bricks": "bricks,brick wall,brick background,wall of bricks",
}  # fmt: skip
"""Words by the kind of backdrop: single words, then after the first comma phrases."""

TIME_WORDS: dict[str, str] = {
    "day": "day daytime daylight sunny noon midday afternoon,sunny day,bright day,by day,in daylight,clear day,in the afternoon,beautiful day,"
    "summer day,summer,spring,after the rain,after rain,after a rain,after the storm,after a storm,after the snow,after the fog",
    "morning": "morning sunrise dawn daybreak,at dawn,early morning,in the morning,at sunrise,early in the morning",
    "sunset": "sunset dusk evening sundown twilight autumn,golden hour,at sunset,at dusk,in the evening,sunset sky,setting sun",
    "night": "night nighttime midnight moonlight moonlit starry dark,at night,by night,starry night,night sky,starry sky,in the dark,"
    "in the moonlight,at midnight,under the stars,night time,in the night,during the night,by moonlight,dark night",
    "fog": "fog foggy mist misty hazy haze,in the fog,in the mist,foggy day,foggy morning,misty morning",
    "rain": "rain rains rainy raining drizzle drizzles,it rains,it is raining,it's raining,in the rain,rainy day,pouring rain,rain falls,heavy rain,wet",
    "storm": "storm stormy thunderstorm lightning hurricane,in a storm,thunder and lightning,stormy weather",
    "snowfall": "snows snowing snowfall snowstorm blizzard snowflakes,falling snow,snowy day,in a snowstorm,snow falls,snow is falling,snowy night,"
    "snowy",
}  # fmt: skip
WEATHER = ("fog", "rain", "storm", "snowfall")
"""Times that win over a time of day: a rainy evening is rain."""

STYLE_WORDS: dict[str, str] = {
    "sketch": "sketch,pencil sketch,pencil drawing,sketch of,in pencil,line drawing,charcoal drawing,hand drawn,sketched",
    "watercolour": "watercolour watercolor aquarelle,in watercolour,in watercolor,watercolour painting,watercolor painting,"
    "watercolour style,watercolor style,painted in watercolour,painted in watercolor",
    "oil": "painting impressionist,oil painting,in oil,in oils,impressionist painting,van gogh style,oil paint,oil on canvas,painted",
    "comic": "comic cartoon manga anime,comic style,comic book,cartoon style,in cartoon style,comic book style,as a cartoon,as a comic,pop art",
    "poster": "poster,flat design,poster style,as a poster,screen print,minimalist,flat style,vector art",
    "pixel": "pixelated,pixel art,8 bit,8bit,retro game,pixel style,16 bit",
    "pastel": "pastel pastels,pastel colours,pastel colors,in pastel,soft colours,soft colors",
    "dreamy": "dreamy surreal dreamlike magical,soft focus,in a dream",
    "noir": "noir monochrome,black and white photo,black and white picture,black and white image,black and white photograph,"
    "in black and white,film noir,black and white drawing,grayscale,greyscale",
    "sepia": "sepia vintage,old photo,old photograph,vintage photo,antique photo,in sepia",
    "neon": "neon cyberpunk synthwave,neon lights,in neon,vaporwave",
    "blueprint": "blueprint,technical drawing,as a blueprint",
    "mosaic": "mosaic,stained glass,as a mosaic,mosaic of",
}  # fmt: skip


def _flat(table: dict[str, str]) -> dict[str, str]:
    """Return phrase -> value of a table as those above."""
    found: dict[str, str] = {}
    for value, words in table.items():
        first, *phrases = words.split(",")
        for phrase in [first] if " " not in first else first.split():
            found.setdefault(phrase, value)
        for phrase in phrases:
            found.setdefault(phrase, value)
    return found


KIND_OF = _flat(KIND_WORDS)
TIME_OF = _flat(TIME_WORDS)
STYLE_OF = _flat(STYLE_WORDS)
ALWAYS_PLACES = frozenset(
    (
        "farm",
        "beach",
        "desert",
        "garden",
        "city",
        "town",
        "street",
        "road",
        "forest",
        "sea",
        "ocean",
        "park",
        "kitchen",
        "stage",
    )
)
"""Words that set the scene even where the atlas has a thing of that name."""
THINGS_TOO = frozenset(("lightning", "snowflakes"))
"""Words for weather that mean a thing when they stand alone."""
INTO_PLACE = frozenset(
    ("in", "on", "beside", "behind", "above", "below", "front", "facing", "with", "around", "between")
)
"""Relations after which a word that names only a backdrop sets the scene."""
PLACE_FIRST = frozenset(("in", "on"))
"""Relations after which a word that names both a backdrop and a thing ("moon", "house") sets the scene."""
