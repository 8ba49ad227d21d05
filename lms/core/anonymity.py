"""When a group is too small for anybody in it to stay unnamed."""

FEWEST_PEOPLE = 5
"""Below so many people nothing is called anonymous: whoever knows the group could tell who is meant. A proposal."""
