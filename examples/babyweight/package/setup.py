from setuptools import find_packages, setup

setup(
    name="babyweight",
    version="0.1",
    packages=find_packages(),
    install_requires=["numpy"],
    description="Babyweight: a wide-and-deep model in the lab's package layout",
)
